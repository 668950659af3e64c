"""Damaged input by the million, thrown at the whole program inside one process.

python -m tests.fuzz --inputs 1000000 --seed 1 --minutes 60
"""
