/* Passkeys: what the browser answers goes into the form's hidden field. Without script, or in a
   browser that cannot, a code of the app does the same. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  const can = window.PublicKeyCredential?.parseRequestOptionsFromJSON;
  if (!form || !can) return;
  const told = JSON.parse(document.getElementById("js_data").textContent);
  const fill = async () => {
    const made = told.creation_options;
    const asked = made || told.request_options;
    const credential = made
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked.publicKey),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.publicKey),
        });
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  };
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.hidden = true;
    fill().catch(() => { failed.hidden = false; });
  });
})();
