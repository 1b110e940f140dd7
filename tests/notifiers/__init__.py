"""Tests of notifiers: what calls somebody who answers on a page."""
