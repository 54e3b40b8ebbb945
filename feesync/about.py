"""What feesync is called by others: its version, and where the project lives."""

VERSION = "0.10.0"
PROJECT_URL = "https://github.com/feesync/feesync"
