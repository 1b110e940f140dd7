"use strict";
// Shows what this device is called for, and opens the page on a tap. It keeps no page: each comes from the server.

const TITLE = "Samenspraak";

function read(event) {
  try { return event.data.json().notification || {}; } catch { return {}; }
}

// Something is always shown, whatever came: a phone ends what is sent to it and seen by nobody.
function show(event) {
  const { title, navigate, ...more } = read(event);
  return self.registration.showNotification(title || TITLE, { ...more, data: navigate || "/" })
    .catch(() => self.registration.showNotification(TITLE, { data: "/" }));
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("push", (event) => event.waitUntil(show(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
