"""The compiled day: one small file per process, composed in living.py."""
