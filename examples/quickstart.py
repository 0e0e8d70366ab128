"""A first session: connect an end user's Confluence, then list, create, read, update and find a page.

Needs `pip install -r examples/requirements.txt` and the environment that `headwater dev` writes.
"""

import os
import sys

from dotenv import load_dotenv
from scalekit.client import ScalekitClient

load_dotenv()

CONNECTION = "confluence"
IDENTIFIER = sys.argv[1] if len(sys.argv) > 1 else "user_123"

client = ScalekitClient(
    env_url=os.environ["SCALEKIT_ENV_URL"],
    client_id=os.environ["SCALEKIT_CLIENT_ID"],
    client_secret=os.environ["SCALEKIT_CLIENT_SECRET"],
)
actions = client.actions


def execute(tool_name, **tool_input):
    """Executes a tool for the end user and returns Confluence's JSON."""
    result = actions.execute_tool(
        tool_name=tool_name,
        tool_input=tool_input,
        connection_name=CONNECTION,
        identifier=IDENTIFIER,
    )
    return result.data


link = actions.get_authorization_link(connection_name=CONNECTION, identifier=IDENTIFIER)
print("Authorize Confluence:", link.link)
input("Press Enter after authorizing... ")

space = execute("confluence_space_list")["results"][0]
print("Space:", space["name"])

posts = execute("confluence_blogpost_list", space_id=[space["id"]], limit=3)
print("Blog posts:", [post["title"] for post in posts["results"]])

title = f"Notes of {IDENTIFIER} from Python"
found = execute("confluence_page_list", space_id=space["id"], title=title)["results"]
page = found[0] if found else execute(
    "confluence_page_create",
    spaceId=space["id"],
    title=title,
    body_representation="storage",
    body_value="<p>First thoughts.</p>",
)
print("Page:", page["id"])

page = execute("confluence_page_get", id=page["id"], body_format="storage")
print("Body:", page["body"]["storage"]["value"])

page = execute(
    "confluence_page_update",
    id=page["id"],
    status="current",
    title=title,
    version_number=int(page["version"]["number"]) + 1,
    body_representation="storage",
    body_value=page["body"]["storage"]["value"] + "<p>Second thoughts.</p>",
)
print("Version:", int(page["version"]["number"]))

hits = execute("confluence_search", cql=f'type = page AND title ~ "{title}"')
print("Found:", [hit["content"]["title"] for hit in hits["results"]])

user = actions.request(
    connection_name=CONNECTION,
    identifier=IDENTIFIER,
    path="/wiki/rest/api/user/current",
)
print("Acting as:", user.json()["displayName"])
