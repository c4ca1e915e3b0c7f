"""What tests share: a company of one's own, clients of the whole application, senders of signed webhooks."""
