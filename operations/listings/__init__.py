"""What the pages list: read-only queries, paged and searchable, each a constant number of statements.

The operator's lists look across all leaders; everything a leader's own pages use takes his `leader_id`.
"""
