"""The sales system with HTTP clients that anybody uses."""
