"""A card whose number bench/saving.py writes anew."""

SAVE = 0


async def init(sdk):
    state = sdk.state(clicks=0)

    def click():
        state.clicks += 1

    @sdk.view
    def view():
        return t"""
          <h2>Saving</h2>
          <p>Save {SAVE}</p>
          <button onclick={click}>Clicked {state.clicks} times</button>
        """
