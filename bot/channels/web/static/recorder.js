"use strict";
// Records a line with the microphone, lets it be heard, and sends it when somebody keeps it. Until then nothing leaves
// the phone; and what could not be sent, stays.

(() => {
  const MOST = 60;  // seconds, with the silence around it
  const MOST_BYTES = 2097152;
  const BITS = 48000;  // a second: a line must also come through where the connection is slow
  const KINDS = ["audio/webm;codecs=opus", "audio/mp4"];
  const WHY = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", NotReadableError: "none" };
  const box = document.querySelector("[data-recorder]"), form = box.closest("form");
  const part = (name) => box.querySelector(`[data-${name}]`);
  const file = box.querySelector("input[type=file]"), player = new Audio();
  let recorder, taken, asking = false, sending = false, clock;

  const tell = (name) => { part("told").textContent = name ? box.dataset[name] : ""; };

  // What can be done now, with the focus on the first of it.
  function offer(...names) {
    ["record", "stop", "listen", "again"].forEach((name) => { part(name).hidden = !names.includes(name); });
    part("seconds").hidden = !names.includes("stop");
    if (recorder) part(names[0]).focus();
  }

  function begin() {
    const canRecord = window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
    tell(canRecord ? "" : "cannot");
    if (canRecord) offer("record");
  }

  // Once at a time: of two, one would go on hearing, and nobody could stop it.
  async function record() {
    if (asking) return;
    asking = true;
    player.pause();
    taken = undefined;
    file.value = "";
    try {
      listenTo(await navigator.mediaDevices.getUserMedia({ audio: true }));
    } catch ({ name }) {
      tell(WHY[name] || "cannot");
    }
    asking = false;
  }

  function listenTo(stream) {
    const pieces = [], mimeType = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
    recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS });
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => take(stream, new Blob(pieces, { type: recorder.mimeType }));
    recorder.start();
    count(0);
    offer("stop");
    tell("begun");
  }

  function count(seconds) {
    part("seconds").textContent = `${seconds} / ${MOST}`;
    if (seconds === MOST) return stop();
    clock = setTimeout(count, 1000, seconds + 1);
  }

  const isRecording = () => recorder && recorder.state !== "inactive";

  function stop() {
    if (isRecording()) recorder.stop();
  }

  function take(stream, sound) {
    clearTimeout(clock);
    stream.getTracks().forEach((one) => one.stop());
    if (file.files[0]) return begin();  // chosen meanwhile, instead of this
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(sound);
    taken = sound;
    offer("listen", "again");
    tell("taken");
  }

  function listen() {
    player.currentTime = 0;
    player.play().catch(() => tell("cannot"));
  }

  async function keep(event) {
    event.preventDefault();
    if (isRecording()) return stop();  // nobody has listened to it yet
    const sound = taken || file.files[0];
    if (sending) return;
    if (!sound) return tell("nothing");
    if (sound.size > MOST_BYTES) return tell("large");
    sending = true;
    tell("sending");
    try {
      await send(sound);
    } catch {
      tell("lost");
    }
    sending = false;
  }

  async function send(sound) {
    const body = new FormData(form);
    body.set(file.name, sound, "line");
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, credentials: "same-origin" });
    if (answer.status > 499) throw new Error(String(answer.status));
    if (answer.redirected) return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const why = page.querySelector("form .alert, .alert"), once = page.querySelector("form.fields [name=once]");
    if (once) form.elements.once.value = once.value;
    part("told").textContent = (why || page.querySelector("#now")).textContent.trim();
  }

  part("record").addEventListener("click", record);
  part("again").addEventListener("click", record);
  part("stop").addEventListener("click", stop);
  part("listen").addEventListener("click", listen);
  file.addEventListener("change", () => {
    taken = undefined;
    if (isRecording()) stop();
    else begin();
  });
  form.addEventListener("submit", keep);
  window.addEventListener("pagehide", stop);
  begin();
})();
