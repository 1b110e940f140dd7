"""Tests: the real application on real parts; a test that needs a stand-in for the Bot API has one over HTTP."""
