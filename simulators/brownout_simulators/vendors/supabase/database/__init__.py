"""The project's tables: `setup.py` what they are, `state.py` what an account has of them."""
