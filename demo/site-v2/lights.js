// Says in the footer whether the lantern is lit: from six in the evening to seven in the morning.
const hour = new Date().getHours();
const lit = hour >= 18 || hour < 7;
const place = document.querySelector("[data-lantern]");
if (place) place.textContent = lit ? "The lantern is lit. Come in." : "The lantern is resting until six.";
