"""The only door to the lake: files made durable, the engine that reads and writes them, receipts."""
