"""What a run captures by itself: its console, its code and the load of its machine.

Everything here works on local files and descriptors and knows no store; `headwater.tracking` decides when it runs and
ships what it finds. Modules that the console's relay loads need the standard library only.
"""
