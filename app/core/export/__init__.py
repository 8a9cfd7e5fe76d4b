"""Lists as files: CSV that a French Excel opens right, and XLSX; streamed, memory flat.

Nothing that a person typed is ever taken for a formula: in CSV such a text begins with an
apostrophe (the import takes it off), in XLSX every text is written as text.

A chunk of records goes through as columns of texts, so that what is done to a value is done by
functions of Python itself, over thousands of values at once (decision 0010).
"""
