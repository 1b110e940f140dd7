"""WhatsApp, up to the far side of it: the API of Meta on loopback, and the phones behind it."""
