"""The site: built, walked and looked at."""
