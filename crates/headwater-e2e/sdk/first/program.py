"""A first program as a newcomer types it: an authorization link, then one call. All it knows is in `.env`."""

import os
from scalekit.client import ScalekitClient
from dotenv import load_dotenv

load_dotenv()

scalekit_client = ScalekitClient(
    env_url=os.getenv("SCALEKIT_ENV_URL"),
    client_id=os.getenv("SCALEKIT_CLIENT_ID"),
    client_secret=os.getenv("SCALEKIT_CLIENT_SECRET"),
)
actions = scalekit_client.actions

answer = actions.get_authorization_link(connection_name="confluence", identifier="newcomer_python")
print("Authorize Confluence:", answer.link, flush=True)
input()

result = actions.execute_tool(
    tool_input={},
    tool_name="confluence_blogpost_list",
    connection_name="confluence",
    identifier="newcomer_python",
)
print(result)
