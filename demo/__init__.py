"""demo: `make demo` runs all of Tenth with two months of an invented team's work in it.

The feed server plays the outside world, the product's own pipeline pulls it day by day, and the invented members act
through the functions behind people's clicks. The product knows nothing of the demo, which never touches var/.
"""
