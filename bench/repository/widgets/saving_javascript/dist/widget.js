/** A card whose number bench/saving.py writes anew. */

const SAVE = 0;

export async function init(sdk) {
  const paragraph = sdk.root.querySelector("p");
  const button = sdk.root.querySelector("button");
  let clicks = 0;
  const show = () => {
    button.textContent = `Clicked ${clicks} times`;
  };
  button.onclick = () => {
    clicks += 1;
    show();
  };
  paragraph.textContent = `Save ${SAVE}`;
  show();
}
