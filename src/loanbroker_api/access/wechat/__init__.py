"""Signing in from the WeChat mini-program."""
