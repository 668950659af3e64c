"""Bringing goods from the warehouse to the leaders' pickup points.

fleet       warehouses, cars, and what a pickup point asks of a driver
gathering   what the orders of closed rounds bring to which point; crates
runs        a day's run: drawn up, frozen, thawed, compared with the orders as they are now
papers      what the papers of a frozen run say
problems    a frozen run as a problem for operations.routing, and what is wrong with it in plain facts
planning    the life of a search for routes: asked for, claimed, told about, ended
plan_costs  what the routes cost beside the best that was found, and what locks cost
plans       the routes as rows; moving a stop by hand, locking
tours       a route as its driver sees it: its link, its stops, what is unloaded where
by_driver   what a driver may change of his own route
driving     what the driver does: arrived, signed for; who is told
"""
