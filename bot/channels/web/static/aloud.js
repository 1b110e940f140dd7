"use strict";
// Reads a page aloud, sentence by sentence, with a voice that the phone has for its language; without one, no button.
// It goes on with each page that comes, until the button is pressed again. No sound begins before somebody has tapped.

function readAloud(isTranslated, tellFailure) {
  const KEPT = "aloud";
  const HEARD_WITHIN = 5000;  // milliseconds until a phone that can read aloud has begun
  const SAID_WITHIN = 30000;  // milliseconds until it is through what stands between two cuts, however slow the voice
  const LOOK_AGAIN = 500, LOOKS = 20;  // milliseconds, and how often: some phones have voices late and do not say so
  const SHORT = /.{1,160}(?:[,;:،]\s|$)|.{1,160}(?:\s|$)|.{1,160}/gs;  // Chrome falls silent after some 15 seconds
  const CHOSEN = /^✓ /;
  const root = document.documentElement;
  const speech = window.SpeechSynthesisUtterance && window.speechSynthesis;
  let isOn = kept(), isTouched = false, reading, bell;

  // What is read, and how it is heard.

  function parts() {
    const all = [...document.querySelectorAll("[data-read]")];
    return all.filter((part) => !part.closest("details:not([open])") && soundOf(part));
  }

  // How a part of the page is heard: in this language of the phone's voices, or not at all.
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

  function hush() {
    if (!reading) return;
    clearTimeout(bell);
    reading = undefined;
    unmark();
    speech.cancel();
  }

  function watch(patience) {
    clearTimeout(bell);
    bell = setTimeout(giveUp, patience);
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
    const can = parts().length > 0;
    document.querySelectorAll("[data-aloud]").forEach((one) => {
      one.hidden = !can;
      one.setAttribute("aria-pressed", isOn);
    });
  }

  function prepare() {
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
    if (isOn && isTouched && first) start(first);
  }

  function lookForVoices(left) {
    reveal();
    if (left && !speech.getVoices().length) setTimeout(lookForVoices, LOOK_AGAIN, left - 1);
  }

  if (speech) {
    document.addEventListener("click", touch);
    document.addEventListener("submit", hush);
    document.addEventListener("toggle", unfold, true);
    document.addEventListener("visibilitychange", () => { if (document.hidden) hush(); else prepare(); });
    window.addEventListener("pagehide", hush);
    speech.onvoiceschanged = reveal;
    setTimeout(lookForVoices, LOOK_AGAIN, LOOKS);
  }
  return { prepare, hush };
}
