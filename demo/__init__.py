"""demo: `make demo`, all of Tenth with two months of an invented team's work in it.

The feed server plays the outside world, the product's own pipeline pulls it day by day, and the invented members act
through the verbs that people's clicks call. Nothing here is known to the product, and nothing touches its var/.
"""
