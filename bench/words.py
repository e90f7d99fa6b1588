"""What the invented customers and their shop say; invented names, nobody's real words."""

from __future__ import annotations

#: (how often, what customers write). The first ones say nothing that counts.
INBOUND: tuple[tuple[int, str], ...] = (
    (14, "I am on my way home now"),
    (13, "It is raining here since Tuesday"),
    (12, "The second picture did not load"),
    (11, "Sorry, that went to the wrong chat"),
    (8, "My sister will pass by the shop tomorrow"),
    (8, "How much is the blue one?"),
    (4, "Can you give me a discount if I take two?"),
    (4, "Do you have it in size 42?"),
    (5, "What is it made of?"),
    (3, "When will my parcel arrive?"),
    (2, "I would like to return the shoes"),
    (6, "OK, I will take it"),
    (6, "Thank you very much!"),
    (1, "No thanks, not interested"),
    (1, "I will get back to you next week"),
    (1, "Which of the two is better?"),
    (1, "The zip broke after one day, I am really disappointed"),
)
OUTBOUND: tuple[str, ...] = (
    "Good morning! The new collection is in the shop",
    "It is 49 dollars, shipping included",
    "Your parcel left us this afternoon",
    "We have it in three colours, shall I send pictures?",
    "Thank you for your order",
)
#: What a customer asks while the clock runs: it changes labels whatever was said before.
ASKS = "Hello! How much is the leather bag, and do you have it in stock?"
GIVEN = ("Ada", "Bela", "Chen", "Dana", "Emil", "Fatima", "Goran", "Hana", "Ines", "Jun", "Kofi",
         "Lena", "Marco", "Nadia", "Olga", "Priya", "Quentin", "Rosa", "Sami", "Tomas")  # fmt: skip
FAMILY = ("Abel", "Brandt", "Conti", "Duarte", "Eriksen", "Ferri", "Garcia", "Hoang", "Ivanov",
          "Jansen", "Keller", "Lopes", "Moreau", "Nowak", "Okafor", "Park", "Quiroga", "Rossi",
          "Santos", "Tanaka")  # fmt: skip
COUNTRIES = ("US", "IT", "DE", "BR", "CN", "FR", "ES", "GB")
#: Reps who own customers; a third of all customers is nobody's.
REPS = ("Mei", "Luca", "Anna", "Omar", "Sofia", "Jan")
