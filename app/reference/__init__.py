"""Lists that records choose from: NAF, legal forms, headcount, communes, sectors, countries."""
