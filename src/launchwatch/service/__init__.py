"""The door for programs: an HTTP and WebSocket API over a running assembly. No domain logic lives here."""
