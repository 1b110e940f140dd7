"""Recordings: what people spoke for us, on the page or in folders, and how it gets there.

A running bot decodes only what somebody with a seat records, one at a time; it never speaks itself.
"""
