"""Every sentence a person reads in chat. Plain short Chinese that an elder can follow; no jargon, no English.

`replies` answers residents, `leading` leaders, `handing` is pickup day, `caring` after-sales and messages, `errors`
has the words for every refusal's code, `notices` those for every kind of push, `wording` how numbers and times are said.
"""
