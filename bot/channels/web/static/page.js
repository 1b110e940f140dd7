"use strict";
// What a page can do better with a script: it does not reload, asks for news, and keeps a tap while there is no
// connection. Without it every form works as a form, and every link as a link.

(() => {
  const KEPT = "tap";
  const ASK_EVERY = 120000;  // milliseconds
  const LOOK_AFTER = [0, 3000, 10000];  // milliseconds: what somebody sent us in an app takes a way around
  const STEADY = 500;  // milliseconds that a page has to stand before a finger can mean what is on it
  const status = document.getElementById("status");
  const root = document.documentElement;
  const aloud = readAloud(isTranslated, () => tell(words("mute")));
  const push = pushMessages();
  const tabs = window.BroadcastChannel && new BroadcastChannel("samenspraak");
  let visit = 0, looks = 0, missed = "", written = "", busy = false, under = "", next = "", wait = 1000, timer, lost = false, since = -STEADY;

  const app = () => document.getElementById("app");
  const words = (name) => app().dataset[name];

  function tell(text, quietly) {
    status.className = quietly ? "quiet" : "";
    status.textContent = text;
  }

  function tellBriefly(text) {
    tell(text);
    setTimeout(() => { if (status.textContent === text) tell(""); }, 4000);
  }

  // A tap goes out once, however often it is sent: it carries the number that its page was made with.

  function press(event) {
    const form = event.target, button = event.submitter;
    // Else Back would bring somebody's own link to whoever has the phone after them.
    if (/^\/(mine|door)\//.test(location.pathname)) history.replaceState(null, "", "/");
    if (form.method !== "post" || form.getAttribute("action") !== "/tap") return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form)), once = fields.get("once");
    if (button && button.name) fields.set(button.name, button.value);
    if (busy) {
      if (once !== under) next = fields.toString();  // of a newer page; a second tap on this one says nothing new
      return;
    }
    if (button) button.classList.add("pressed");
    send(fields.toString(), form);
  }

  // The second half of a double tap comes down on what the first half brought: nobody has read that yet.
  function isTooSoon(event) {
    const byFinger = event.detail > 0;  // a key has none, and a key is meant
    return byFinger && event.timeStamp - since < STEADY && event.target.closest("button, a");
  }

  async function send(body, form) {
    busy = true;
    visit++;
    under = new URLSearchParams(body).get("once");
    document.body.classList.add("busy");
    keep(body);
    clearTimeout(timer);
    try {
      const answer = await ask("/tap", { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" } });
      const html = await answer.text();
      keep("");
      rest();
      const from = location.pathname;
      const saved = form && form.dataset.saved;
      show(html, true);
      if (saved && !app().querySelector("[role=alert], [aria-invalid]")) tellBriefly(saved);
      if (tabs) tabs.postMessage([from, location.pathname]);
      if (next) [body, next] = [next, ""];
      else return;
    } catch {
      return lose(() => send(body, form));
    }
    send(body);
  }

  // A link to a place of ours is followed without a reload, and again when the connection is back.

  function follow(event) {
    const link = event.target.closest("a[href^='/']");
    if (link && link.target) written = location.pathname;
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
    if (!link || !isPlain || event.defaultPrevented || link.hash || link.target || link.hasAttribute("download")) return;
    event.preventDefault();
    if (!busy) go(link.getAttribute("href"));
  }

  async function go(place, number = ++visit) {
    clearTimeout(timer);
    try {
      const answer = await ask(place), html = await answer.text();
      if (number !== visit) return;  // they went somewhere else meanwhile
      rest();
      show(html, true);
    } catch {
      if (number === visit) lose(() => go(place));
    }
  }

  async function ask(place, how = {}) {
    const patience = new AbortController();
    const bell = setTimeout(() => patience.abort(), 20000);
    try {
      const headers = { ...how.headers, "X-Script": "1" };
      const answer = await fetch(place, { ...how, headers, signal: patience.signal, credentials: "same-origin" });
      if (answer.status > 499) throw new Error(String(answer.status));
      return answer;
    } finally {
      clearTimeout(bell);
    }
  }

  function lose(again) {
    lost = true;
    tell(words("offline"));
    timer = setTimeout(again, wait);
    wait = Math.min(wait * 2, 15000);
    window.ononline = () => { clearTimeout(timer); again(); };
  }

  function rest() {
    busy = false;
    wait = 1000;
    window.ononline = null;
    document.body.classList.remove("busy");
    tell(lost ? words("online") : "", true);
    lost = false;
  }

  function keep(body) {
    try {
      if (body) sessionStorage.setItem(KEPT, body); else sessionStorage.removeItem(KEPT);
    } catch { /* a browser that keeps nothing still sends */ }
  }

  function kept() {
    try { return sessionStorage.getItem(KEPT); } catch { return null; }
  }

  // The page that came takes the place of the one that was.

  // Each screen has an address: so the phone's own Back goes to the one before, which is asked for anew.

  function show(html, byPress) {
    const page = new DOMParser().parseFromString(html, "text/html"), fresh = page.getElementById("app");
    if (!fresh) return location.reload();
    // What may use the microphone is a page of its own: so nothing else may, and it has a script of its own.
    if ("alone" in fresh.dataset || "alone" in app().dataset) return location.assign(fresh.dataset.path);
    const had = document.activeElement && document.activeElement.value;
    aloud.hush();
    const goOn = byPress ? () => false : carry(fresh);
    if (!isTranslated()) [root.lang, root.dir] = [page.documentElement.lang, page.documentElement.dir];
    app().replaceWith(document.adoptNode(fresh));
    since = performance.now();
    document.title = page.title;
    if (words("path") !== location.pathname) {
      if (byPress) history.pushState(null, "", words("path")); else history.replaceState(null, "", words("path"));
    }
    prepare();
    if (byPress) return arrive();
    tell(words("news"), true);
    if (goOn()) return;
    const same = had && [...app().querySelectorAll("button")].find((one) => one.value === had);
    if (same) same.focus({ preventScroll: true });
  }

  // What somebody is filling in stays, whatever news comes meanwhile.

  function carry(fresh) {
    const own = app().querySelector(".fields"), other = fresh.querySelector(".fields"), at = document.activeElement;
    const inHand = own && (own.dataset.touched || own.contains(at));
    if (!inHand || !other || own.elements.fill.value !== other.elements.fill.value) return () => false;
    const isIn = own.contains(at), { selectionStart: from, selectionEnd: to } = at;
    other.replaceWith(document.adoptNode(own));
    return () => {
      if (!isIn) return false;
      at.focus({ preventScroll: true });
      if (Number.isInteger(from)) at.setSelectionRange(from, to);
      return true;
    };
  }

  function arrive() {
    const wrong = app().querySelector("[aria-invalid]");
    if (wrong) {
      wrong.focus({ preventScroll: true });
      return wrong.closest(".field").scrollIntoView({ block: "center" });
    }
    const now = app().querySelector("[role=alert]") || document.getElementById("now");
    if (!now) return;
    now.tabIndex = -1;
    now.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  // What is done in one tab is seen in the others: at once, or when somebody comes back to them.

  function hearOf(from, to) {
    missed = from === location.pathname ? to : location.pathname;
    catchUp();
  }

  // What somebody has filled in, or is told only here, is not lost to news.
  const isToStay = () => "toldOnce" in app().dataset || app().querySelector("form.paper");

  function catchUp() {
    if (!missed || document.hidden || isToStay()) return;
    refresh(missed);
    missed = "";
  }

  // Whether there is news is asked now and then by the tabs that are looked at, and by whoever comes back to one.

  async function askForNews() {
    if (document.hidden || busy || isToStay() || !words("standing")) return;
    try {
      const answer = await ask("/standing");
      if (answer.ok && (await answer.text()) !== words("standing")) refresh();
    } catch { /* it is asked again */ }
  }

  // Who went to an app to write to us, sees here what came of it, and hears nothing where nothing did.

  function comeBack() {
    if (!written || document.hidden) return;
    const place = written;
    written = "";
    LOOK_AFTER.forEach((after) => setTimeout(() => { if (location.pathname === place) refresh(place, visit, isOther); }, after));
  }

  function isOther(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    return page.querySelector("main").textContent !== app().querySelector("main").textContent;
  }

  // News takes nobody from where they are going, and older news does not take the place of newer.

  async function refresh(place = location.pathname, number = visit, isNews = () => true) {
    const look = ++looks;
    if (busy) return;
    try {
      const answer = await ask(place);
      const html = await answer.text();
      if (!busy && number === visit && look === looks && isNews(html)) show(html, false);
    } catch { /* the next look tells */ }
  }

  // A browser or a program in it may have translated the page: then it is in the language that they say it is in.

  function isTranslated() {
    return /\btranslated-(ltr|rtl)\b/.test(root.className) || root.lang !== app().dataset.language;
  }

  async function copy(text, field) {
    if (field) field.select();
    try { await navigator.clipboard.writeText(text); } catch { if (!field || !document.execCommand("copy")) return; }
    tellBriefly(words("copied"));
  }

  function prepare() {
    const reveal = (name, can) => app().querySelectorAll(`[data-${name}]`).forEach((one) => { one.hidden = !can; });
    aloud.prepare();
    push.prepare();
    // A finger on the button says as much; whoever has a program press it, ticks the box that they were told of.
    app().querySelectorAll(".sure").forEach((one) => { one.hidden = !app().querySelector("[role=alert]"); });
    reveal("copy", true);
    reveal("copy-text", navigator.clipboard);
    reveal("share", navigator.share);
  }

  document.addEventListener("submit", press);
  document.addEventListener("input", (event) => { if (event.target.form) event.target.form.dataset.touched = "1"; });
  document.addEventListener("click", follow);
  document.addEventListener("click", (event) => { if (isTooSoon(event)) event.preventDefault(); }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.type !== "button") return;
    const { copy: copies, copyText: text, share: shares } = button.dataset;
    if (copies) copy(document.getElementById(copies).value, document.getElementById(copies));
    if (text) copy(text);
    if (shares) navigator.share({ url: document.getElementById(shares).value }).catch(() => {});
  });
  document.addEventListener("click", (event) => {
    const form = event.isTrusted && event.target.closest("button") && event.target.closest("form");
    if (form && form.elements.me) form.elements.me.checked = true;
  }, true);
  document.addEventListener("keydown", (event) => {
    const menu = app().querySelector(".menu[open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
  window.addEventListener("popstate", () => refresh(location.pathname, ++visit).then(arrive));
  document.addEventListener("visibilitychange", () => { comeBack(); catchUp(); askForNews(); });
  if (tabs) tabs.onmessage = ({ data: [from, to] }) => hearOf(from, to);
  setInterval(askForNews, ASK_EVERY);

  prepare();
  if (kept()) send(kept());
})();
