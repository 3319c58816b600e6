"""The official asynchronous SDKs, unmodified, in an application of somebody else's in virtual time."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.conformance.suites import HERE
from tests.support.absent import absent

SDKS: Final = HERE.parents[1] / ".venv-sdks"
LIBRARIES: Final = SDKS / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"

PROGRAM: Final = '''
import json, sys
from pathlib import Path
sys.path.append(sys.argv[2])  # behind the project's own: it has some of them, too
from tests.harness.virtual.foreign.shops import ran, shop_with

ASKING = """
async def ask_openai():
    import openai
    client = openai.AsyncOpenAI()
    hi = [{"role": "user", "content": "hi"}]
    said = await client.chat.completions.create(model="gpt-4o-mini", messages=hi)
    stream = await client.chat.completions.create(model="gpt-4o-mini", messages=hi, stream=True)
    pieces = [each async for each in stream]
    return bool(said.choices[0].message.content) and len(pieces) > 2

async def ask_gemini():
    from google import genai
    return bool((await genai.Client().aio.models.generate_content(model="gemini-2.0-flash", contents="hi")).text)

async def ask_supabase():
    from supabase import acreate_client
    client = await acreate_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_ANON_KEY"])
    return bool((await client.auth.sign_up({"email": "a@example.com", "password": "secret-secret"})).user)

async def ask_twilio():
    from twilio.http.async_http_client import AsyncTwilioHttpClient
    from twilio.rest import Client
    account, token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
    client = Client(account, token, http_client=AsyncTwilioHttpClient())
    client.api.base_url = os.environ["TWILIO_API_BASE"]
    sent = await client.messages.create_async(to="+12025550123", from_=os.environ["TWILIO_FROM"], body="hi")
    return sent.sid.startswith("SM")
"""
FIRST = """
if order["order_id"].startswith("checkout-000001"):
    found = {}
    for ask in (ask_openai, ask_gemini, ask_supabase, ask_twilio):
        try:
            found[ask.__name__] = await ask()
        except Exception as error:
            found[ask.__name__] = repr(error)
    print(json.dumps(found))
return await pay(order, lambda: order["order_id"]), {}
"""
inputs = ran(Path(sys.argv[1]), shop_with(FIRST, beside=ASKING))
print(json.dumps([gap.detail for gap in inputs.gaps]))
'''


@pytest.mark.real
@pytest.mark.thorough
def test_the_official_asynchronous_sdks_run_unmodified(tmp_path: Path) -> None:
    if not LIBRARIES.is_dir():
        absent("the official SDKs are not here: make sdks")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), str(LIBRARIES)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=HERE.parents[1], env={**os.environ, "PYTHONPATH": "."}
    )
    assert ended.returncode == 0, ended.stderr
    found, gaps = map(json.loads, ended.stdout.splitlines())
    assert found == dict.fromkeys(["ask_openai", "ask_gemini", "ask_supabase", "ask_twilio"], True)
    assert gaps == []
