"use strict";
// On a helper's device: whoever does not touch it for a while is forgotten, and nothing of them stays in this browser.
// Each page says after how many seconds it leads where. Loaded before page.js, which would send a tap that was kept.

(() => {
  const TELL_EVERY = 30000;  // milliseconds
  const foot = () => document.querySelector(".helping");
  let touched = Date.now(), told = touched;

  const isOver = () => foot() && foot().dataset.leads && Date.now() - touched > foot().dataset.seconds * 1000;

  // Replaced, so that no Back leads to it.
  function look() {
    if (isOver()) location.replace(foot().dataset.leads);
  }

  // A device that slept wakes up with the page of who was there: that touch is of somebody else.
  function touch() {
    if (isOver()) return look();
    touched = Date.now();
    if (touched - told < TELL_EVERY) return;
    told = touched;
    fetch("/here", { headers: { "X-Script": "1" }, credentials: "same-origin" }).catch(() => {});
  }

  function listen() {
    if (window.speechSynthesis && speechSynthesis.speaking) touch();  // somebody listens
    look();
  }

  if (foot() && !foot().dataset.leads) {
    try { sessionStorage.clear(); } catch { /* then nothing is kept either */ }
  }
  for (const kind of ["pointerdown", "keydown", "click", "wheel", "touchmove"]) {
    document.addEventListener(kind, touch, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.documentElement.hidden = true;
    location.reload();
  });
  setInterval(listen, 1000);
})();
