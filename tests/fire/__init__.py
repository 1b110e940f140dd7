"""The fire: what becomes of answers and letters when the bot dies, the database stalls or Telegram fails."""
