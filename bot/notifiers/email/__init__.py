"""E-mail: calls somebody at an address that they left, and carries the post of a coordinator."""
