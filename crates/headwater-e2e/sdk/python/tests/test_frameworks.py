"""The SDK's adapters for agent frameworks: their tools are listed, given to a model, and run."""

import ast
import asyncio

import pytest
from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types
from langchain_core.messages import ToolMessage
from langchain_core.utils.function_calling import convert_to_openai_tool

NAMES = ["confluence_space_list", "confluence_page_create", "confluence_page_get"]


def by_name(tools):
    found = {tool.name: tool for tool in tools}
    assert sorted(found) == sorted(NAMES)
    return found


@pytest.fixture
def chain(actions, connected):
    return by_name(actions.langchain.get_tools(identifier=connected, tool_names=NAMES))


def test_langchain_lists_every_published_tool(actions, connected):
    first = actions.langchain.get_tools(identifier=connected, providers=["CONFLUENCE"], page_size=100)
    assert len(first) == 100
    assert all(tool.name.startswith("confluence_") and tool.description for tool in first)


def test_langchain_tells_the_model_what_each_parameter_is(chain):
    function = convert_to_openai_tool(chain["confluence_page_create"])["function"]
    assert function["name"] == "confluence_page_create"
    parameters = function["parameters"]
    assert parameters["required"] == ["spaceId", "title"]
    assert parameters["properties"]["title"]["description"]
    assert "storage" in parameters["properties"]["body_representation"]["enum"]


def test_a_tool_that_is_asked_for_by_name_says_what_it_returns(client, connected):
    from google.protobuf.json_format import MessageToDict
    from scalekit.v1.tools.tools_pb2 import Filter

    def definition(wanted):
        return MessageToDict(client.tools.list_tools(wanted)[0].tools[0].definition)

    schema = definition(Filter(tool_name=["confluence_page_list"]))["output_schema"]
    entry = schema["properties"]["results"]["items"]["properties"]
    assert entry["title"] == {"type": "string"}
    assert schema["properties"]["next_page"]["properties"]["cursor"] == {"type": "string"}
    assert "output_schema" not in definition(Filter(provider="CONFLUENCE"))


def test_programs_are_told_scopes_and_paging_and_models_are_not(client, connected):
    from google.protobuf.json_format import MessageToDict
    from scalekit.v1.tools.tools_pb2 import Filter

    def tool(wanted, name):
        tools = MessageToDict(client.tools.list_tools(wanted)[0])["tools"]
        return next(it for it in tools if it["definition"]["name"] == name)

    search = tool(Filter(provider="CONFLUENCE"), "confluence_search")
    assert search["metadata"]["scopes"]["classic"] == ["search:confluence"]
    assert search["metadata"]["paging"] == "cursor"
    assert search["metadata"]["request"] == "GET /wiki/rest/api/search"
    assert "search:confluence" not in str(search["definition"])
    asked = tool(Filter(tool_name=["confluence_task_list"]), "confluence_task_list")
    assert asked["definition"]["input_schema"]["properties"]["due_at_from"]["examples"] == [1767225600000]


def test_langchain_runs_the_calls_of_a_model(chain, space, identifier):
    title = f"From a chain by {identifier}"
    call = {
        "name": "confluence_page_create", "id": "call_1", "type": "tool_call",
        "args": {
            "spaceId": space["id"], "title": title,
            "body_representation": "storage", "body_value": "<p>chained</p>",
        },
    }
    message = chain["confluence_page_create"].invoke(call)
    assert isinstance(message, ToolMessage)
    page = ast.literal_eval(message.content)
    assert page["title"] == title
    assert page["execution_id"].startswith("exec_")

    read = asyncio.run(chain["confluence_page_get"].ainvoke({"id": page["id"], "body_format": "storage"}))
    assert ast.literal_eval(read)["body"]["storage"]["value"] == "<p>chained</p>"


def test_langchain_hands_the_model_an_error_it_can_act_on(chain):
    told = chain["confluence_page_get"].invoke({"id": "99999999"})
    assert told.startswith("Error executing tool confluence_page_get")
    assert "99999999" in told


class Scripted(BaseLlm):
    """A model that says the lines it was given, and keeps what it was asked."""

    model: str = "scripted"
    lines: list = []
    asked: list = []

    async def generate_content_async(self, llm_request, stream=False):
        self.asked.append(llm_request)
        yield LlmResponse(content=types.Content(role="model", parts=[self.lines.pop(0)]))


async def conversation(tools, lines):
    """What the tools answered, in order, and the model that asked."""
    model = Scripted(lines=lines, asked=[])
    agent = LlmAgent(name="writer", model=model, tools=tools)
    runner = InMemoryRunner(agent=agent, app_name="headwater")
    session = await runner.session_service.create_session(app_name="headwater", user_id="u")
    said = types.Content(role="user", parts=[types.Part(text="Go on.")])
    answers = []
    async for event in runner.run_async(user_id="u", session_id=session.id, new_message=said):
        answers += [response.response for response in event.get_function_responses()]
    return answers, model


def test_an_adk_agent_writes_and_reads_a_page(actions, connected, space, identifier):
    tools = by_name(actions.google.get_tools(identifier=connected, tool_names=NAMES))
    title = f"From an ADK agent by {identifier}"
    wanted = {
        "spaceId": space["id"], "title": title, "body_representation": "storage", "body_value": "<p>adk</p>",
    }
    lines = [
        types.Part(function_call=types.FunctionCall(name="confluence_page_create", args=wanted)),
        types.Part(function_call=types.FunctionCall(name="confluence_page_get", args={"id": "99999999"})),
        types.Part(text="Done."),
    ]
    answers, model = asyncio.run(conversation(list(tools.values()), lines))
    page = ast.literal_eval(answers[0]["result"])
    assert page["title"] == title
    assert page["execution_id"].startswith("exec_")
    assert "99999999" in answers[1]["result"]
    offered = model.asked[0].config.tools[0].function_declarations
    assert sorted(it.name for it in offered) == sorted(NAMES)
    assert tools["confluence_space_list"]._mcp_tool.annotations.read_only_hint is True
