"""Recordings: what people spoke for us, in folders; and how it gets there. A running bot decodes and makes nothing."""
