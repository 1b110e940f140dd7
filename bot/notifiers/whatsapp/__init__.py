"""WhatsApp: a message from a template that leads to the page, and a way in for whoever writes to us first."""
