"""admin: the door for staff."""
