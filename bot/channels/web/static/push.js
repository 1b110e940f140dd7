"use strict";
// Push messages on this device. The browser is asked after a tap and never before, and what it gives goes out with the
// form of that button. Where it can do none of this, the button stays hidden.

function pushMessages() {
  const KEPT = "push";
  const PATIENCE = 10000, BRIEFLY = 3000;  // milliseconds: without the servers of its maker a browser never answers
  const can = Boolean(navigator.serviceWorker && window.PushManager && window.Notification);
  const isOwn = () => !document.querySelector(".helping");  // on a helper's device the next person would be called

  function prepare() {
    const reveal = (name, shown) => document.querySelectorAll(`[data-${name}]`).forEach((one) => { one.hidden = !shown; });
    reveal("device", can && isOwn() && Notification.permission !== "denied");
    reveal("home-screen", navigator.standalone === false);
    if (navigator.standalone === false && document.querySelector("[data-home-screen]")) offerManifest();
  }

  // On an iPhone it takes a page on the home screen, which shares no cookie with Safari: so its manifest holds their own
  // link. Other phones need none, and some send it to their maker.
  function offerManifest() {
    if (document.querySelector("link[rel=manifest]")) return;
    const link = document.createElement("link");
    Object.assign(link, { rel: "manifest", href: "/manifest.webmanifest", crossOrigin: "use-credentials" });
    document.head.append(link);
  }

  async function ask(event) {
    const button = event.target.closest("[data-device]");
    if (!button || event.defaultPrevented) return;
    event.preventDefault();
    button.disabled = true;
    if (await Notification.requestPermission() !== "granted") return giveUp(button, button.dataset.refused);
    try {
      const { key } = button.dataset, address = JSON.stringify(await within(PATIENCE, subscribe(key, true)));
      keep({ key, address, fill: button.value });
      submit(button.form, { fill: button.value, "field.address": address });
    } catch {
      giveUp(button, button.dataset.slow);
    }
  }

  // A tap begins anew: what the browser had may be somebody else's, or for a key of ours that is no more.
  async function subscribe(key, anew) {
    const { pushManager } = await registered(), former = await pushManager.getSubscription();
    if (former && !anew) return former;
    if (former) await former.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }

  async function registered() {
    await navigator.serviceWorker.register("/sw.js");
    return navigator.serviceWorker.ready;
  }

  function within(time, promise) {
    return Promise.race([promise, new Promise((_, reject) => setTimeout(reject, time, new Error("slow")))]);
  }

  // News may take the place of the page while a browser thinks. What was tapped then is still meant.

  function giveUp(button, words) {
    const there = button.isConnected ? button : document.querySelector("[data-device]");
    const told = Object.assign(document.createElement("p"), { className: "alert", role: "alert", textContent: words });
    if (there) there.replaceWith(told);
  }

  function submit(form, fields, button) {
    for (const [name, value] of Object.entries(fields)) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    if (!form.isConnected) document.body.append(Object.assign(form, { hidden: true }));  // else it does nothing
    form.requestSubmit(button);
  }

  // A browser may change what it gave, or lose it, and tells nobody: so each visit looks, and says what it is instead of.
  async function renew() {
    const was = kept(), proof = document.querySelector("[name=proof]");
    if (!was || !proof || !can || Notification.permission !== "granted") return;
    try {
      const address = JSON.stringify(await within(PATIENCE, subscribe(was.key, false)));
      if (address === was.address) return;
      const told = { fill: was.fill, "field.address": address, "field.instead": was.address };
      const once = crypto.getRandomValues(new Uint32Array(4)).join("-");
      const body = new URLSearchParams({ proof: proof.value, once, ...told });
      const answer = await fetch("/tap", { method: "POST", body, headers: { "X-Script": "1" }, credentials: "same-origin" });
      if (answer.ok) keep({ ...was, address });
    } catch { /* the next visit tries again */ }
  }

  // Whoever is done on this phone is not called on it any more.
  async function leave(event) {
    const form = event.target, { submitter } = event;
    if (form.getAttribute("action") !== "/away" || !kept()) return;
    event.preventDefault();
    keep("");
    try {
      await within(BRIEFLY, registered().then(({ pushManager }) => pushManager.getSubscription())
        .then((found) => found && found.unsubscribe()));
    } catch { /* it ends by itself when somebody else says yes here */ }
    submit(form, {}, submitter);
  }

  function keep(what) {
    try {
      if (what) localStorage.setItem(KEPT, JSON.stringify(what)); else localStorage.removeItem(KEPT);
    } catch { /* a browser that keeps nothing is called all the same */ }
  }

  function kept() {
    try { return JSON.parse(localStorage.getItem(KEPT)); } catch { return null; }
  }

  document.addEventListener("click", ask);
  document.addEventListener("submit", leave);
  renew();
  return { prepare };
}
