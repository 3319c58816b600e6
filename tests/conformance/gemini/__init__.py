"""The Gemini API with google-genai (sync, and async over aiohttp) and @google/genai."""
