"""Which car goes where, in which order: pure values, no database.

geo        coordinates, distances, the matrix between places
problem    what is to be planned: stops, cars, metres and seconds between them
plan       what came of it: trips with times and loads, judged the same whoever made it
baseline   the plan a driver makes without thinking: always the nearest next
solver     the good plan (PyVRP), from the shell of its own process
search     several such processes at once, ended cleanly, the best plan so far kept
"""
