"""Reads what WhatsApp's "Export chat" writes, on iPhones and Android phones."""

from warmlist.intake.chat_export.reader import ChatOptions, read_chat

__all__ = ["ChatOptions", "read_chat"]
