"""An assistant's tools: the queries by the Model Context Protocol, with the commands' answers."""
