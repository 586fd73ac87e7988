"""What a message says: templates in Liquid and light markup, the facts they may use, the mail made of it."""
