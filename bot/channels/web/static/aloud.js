"use strict";
// Reads a page aloud: by recordings where all of it was recorded, else sentence by sentence with a voice that the phone
// has for its language; without either, no button. It goes on with each page that comes, until the button is pressed
// again. No sound begins before somebody has tapped.

function readAloud(isTranslated, tellFailure) {
  const KEPT = "aloud";
  const HEARD_WITHIN = 5000;  // milliseconds until a phone that can read aloud has begun
  const SAID_WITHIN = 30000;  // milliseconds until it is through what stands between two cuts, however slow the voice
  const LOOK_AGAIN = 500, LOOKS = 20;  // milliseconds, and how often: some phones have voices late and do not say so
  const SHORT = /.{1,160}(?:[,;:،]\s|$)|.{1,160}(?:\s|$)|.{1,160}/gs;  // Chrome falls silent after some 15 seconds
  const CHOSEN = /^✓ /;
  const root = document.documentElement;
  const speech = window.SpeechSynthesisUtterance && window.speechSynthesis;
  const player = new Audio();  // one for all pages: a phone that let it play once, lets it play the next one by itself
  let isOn = kept(), isTouched = false, isUnplayable = false, reading, bell;

  // What is read, and how it is heard.

  const isUnfolded = (part) => !part.closest("details:not([open])");

  function parts() {
    return [...document.querySelectorAll("[data-read]")].filter((part) => isUnfolded(part) && soundOf(part));
  }

  // The parts of a page with a recording each; of one that was translated nobody recorded the words.
  function recorded() {
    return isUnplayable || isTranslated() ? [] : [...document.querySelectorAll("[data-recording]")];
  }

  const canBeHeard = () => recorded().length > 0 || parts().length > 0;

  // How a part of the page is heard without one: in this language of the phone's voices, or not at all.
  function soundOf(part) {
    const found = voiceOf(isTranslated() ? root.lang : part.closest("[lang]").lang);
    return found && found.lang.replaceAll("_", "-");
  }

  const tag = (lang) => lang.toLowerCase().replaceAll("_", "-");
  const base = (lang) => tag(lang).split("-")[0];

  function voiceOf(lang) {
    const all = speech ? speech.getVoices() : [];
    return all.find((one) => tag(one.lang) === tag(lang)) || all.find((one) => base(one.lang) === base(lang));
  }

  function sentences(text) {
    if (!window.Intl || !Intl.Segmenter) return [text];
    return [...new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text)].map((one) => one.segment);
  }

  function piecesOf(part) {
    const text = part.textContent, lang = soundOf(part), pieces = [];
    let from = CHOSEN.test(text) ? 2 : 0;
    for (const piece of sentences(text.slice(from)).flatMap((one) => one.match(SHORT))) {
      const said = new SpeechSynthesisUtterance(piece.trimEnd());
      said.lang = lang;
      said.rate = 0.9;
      if (said.text) pieces.push({ part, from, to: from + said.text.length, said });
      from += piece.length;
    }
    return pieces;
  }

  // Read, and marked as it is heard.

  function start(first) {
    hush();
    if (recorded().length) return play(recorded());
    const all = parts();
    reading = all.slice(Math.max(all.indexOf(first), 0)).flatMap(piecesOf);  // held: else a browser may drop one unsaid
    if (!reading.length) return;
    watch(HEARD_WITHIN);
    reading.forEach((piece) => say(piece, reading));
  }

  function say(piece, all) {
    const { part, from, to, said } = piece;
    const current = (act) => (event) => { if (reading === all) act(event); };
    said.onstart = current(() => { watch(SAID_WITHIN); mark(part, from, to); });
    said.onboundary = current(({ name, charIndex: at, charLength: length }) => {
      watch(SAID_WITHIN);
      if (name === "word" && length) mark(part, from + at, from + at + length);
    });
    said.onend = current(() => { if (piece === all[all.length - 1]) hush(); else watch(HEARD_WITHIN); });
    said.onerror = current(({ error }) => fail(error));
    speech.speak(said);
  }

  function play(those) {
    reading = those;
    playFrom(0, those);
  }

  function playFrom(place, those) {
    if (place === those.length) return hush();
    const current = (act) => (event) => { if (reading === those) act(event); };
    watch(HEARD_WITHIN, readInstead);
    player.onplaying = player.ontimeupdate = current(() => watch(HEARD_WITHIN, readInstead));
    player.onended = current(() => playFrom(place + 1, those));
    player.onerror = current(readInstead);
    markAll(those[place]);
    player.src = those[place].dataset.recording;
    player.play().catch(current(refused));
  }

  function refused({ name }) {
    if (name === "NotAllowedError") fail("not-allowed"); else readInstead();
  }

  // What cannot be played here and now, the phone's own voice reads.
  function readInstead() {
    isUnplayable = true;
    if (parts().length) start(); else giveUp();
  }

  function hush() {
    if (!reading) return;
    clearTimeout(bell);
    reading = undefined;
    unmark();
    player.pause();
    if (speech) speech.cancel();
  }

  function watch(patience, then = giveUp) {
    clearTimeout(bell);
    bell = setTimeout(then, patience);
  }

  function fail(error) {
    if (error === "not-allowed") isTouched = false;  // before a tap; the next one will do
    if (["not-allowed", "interrupted", "canceled"].includes(error)) hush(); else giveUp();
  }

  function giveUp() {
    turn(false);
    tellFailure();
  }

  function mark(part, from, to) {
    unmark();
    part.classList.add("spoken");
    if (window.Highlight) CSS.highlights.set("spoken", new Highlight(rangeOf(part, from, to)));
  }

  function markAll(section) {
    unmark();
    const words = [...section.querySelectorAll("[data-read]:not(button, a)")].filter(isUnfolded);
    words.forEach((one) => one.classList.add("spoken"));
  }

  function unmark() {
    document.querySelectorAll(".spoken").forEach((one) => one.classList.remove("spoken"));
    if (window.Highlight) CSS.highlights.delete("spoken");
  }

  function rangeOf(part, from, to) {
    const range = document.createRange(), walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    for (let at = 0, text; (text = walker.nextNode()); at += text.length) {
      if (from >= at && from < at + text.length) range.setStart(text, from - at);
      if (to > at && to <= at + text.length) range.setEnd(text, to - at);
    }
    return range;
  }

  // On or off, for as long as this tab is open.

  function turn(on) {
    isOn = on;
    try {
      if (on) sessionStorage.setItem(KEPT, "on"); else sessionStorage.removeItem(KEPT);
    } catch { /* a browser that keeps nothing still reads this page */ }
    reveal();
    if (on) start(); else hush();
  }

  function kept() {
    try { return sessionStorage.getItem(KEPT) === "on"; } catch { return false; }
  }

  function reveal() {
    const can = canBeHeard();
    document.querySelectorAll("[data-aloud]").forEach((one) => {
      one.hidden = !can;
      one.setAttribute("aria-pressed", isOn);
    });
  }

  function prepare() {
    isUnplayable = false;
    reveal();
    if (isOn && isTouched && !document.hidden) start();
  }

  // A phone lets a page speak only from a tap on. After a reload that is the first, whatever it is on.
  function touch(event) {
    if (event.defaultPrevented) return;
    const isFirst = !isTouched;
    isTouched = true;
    if (isOn && isFirst) start();
    else if (event.target.closest("[data-aloud]")) turn(!isOn);
  }

  function unfold(event) {
    const first = event.target.open && event.target.querySelector("[data-read]");
    if (isOn && isTouched && first && !recorded().length) start(first);  // a recording says the official one too
  }

  function lookForVoices(left) {
    reveal();
    if (left && !speech.getVoices().length) setTimeout(lookForVoices, LOOK_AGAIN, left - 1);
  }

  document.addEventListener("click", touch);
  document.addEventListener("submit", hush);
  document.addEventListener("toggle", unfold, true);
  document.addEventListener("visibilitychange", () => { if (document.hidden) hush(); else prepare(); });
  window.addEventListener("pagehide", hush);
  if (speech) {
    speech.onvoiceschanged = reveal;
    setTimeout(lookForVoices, LOOK_AGAIN, LOOKS);
  }
  return { prepare, hush };
}
