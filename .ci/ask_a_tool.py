"""Ask a tool of an installed feesync, started by the settings in the documents.

python ask_a_tool.py GUIDE FEESYNC: the guide for an assistant, and the command in place of uvx's.
"""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

from mcp import Client, StdioServerParameters

LINE = {"hcpcs": "64493-50", "locality": "01112-05", "date": "2025-11-03"}


async def main(guide: str, feesync: str) -> None:
    """Print what Medicare allows for a line; CMS's fee is 222.87, and 150 % of it is 334.31."""
    blocks = re.findall("^```json\n(.*?)^```", Path(guide).read_text(), re.M | re.S)
    (text,) = (block for block in blocks if "mcpServers" in block)
    words = json.loads(text)["mcpServers"]["feesync"]["args"]
    arguments = words[words.index("feesync") + 1 :]
    server = StdioServerParameters(command=feesync, args=arguments, env=dict(os.environ))
    async with Client(server) as client:
        answer = await client.call_tool("estimate", LINE)
    print(answer.structured_content["allowed"])


asyncio.run(main(*sys.argv[1:]))
