// An address: once the postal code is typed, its towns are offered for the town, and the only one is filled in.
// The town's INSEE code goes along in the hidden field; a town typed otherwise takes it off. In a step of a form
// the names of the four fields begin with the step's: « company-city ».

import { request } from "./http.js";

const ADDRESS = new URL("../../../crm/pick/commune", import.meta.url);
const towns = new WeakMap(); // field of the town → Map(town in lower case → INSEE code)

function fields(field) {
  const step = field.name.match(/^([a-z]+-)?(postal_code|city)$/)?.[1] ?? "";
  const named = (name) => field.form.elements[step + name];
  const [postal, city, commune] = [named("postal_code"), named("city"), named("commune_code")];
  return postal && city && commune ? { postal, city, commune, country: named("country") } : null;
}

function offer(city, results) {
  const id = `${city.id}-towns`;
  const list = document.getElementById(id) ?? document.createElement("datalist");
  list.id = id;
  list.replaceChildren(...results.map((one) => new Option(one.label, one.label)));
  if (!list.isConnected) city.after(list);
  city.setAttribute("list", id);
  towns.set(city, new Map(results.map((one) => [one.label.toLocaleLowerCase(), String(one.id)])));
}

function known(city) {
  return towns.get(city)?.get(city.value.trim().toLocaleLowerCase()) ?? "";
}

async function onPostalCode({ postal, city, commune, country }) {
  const code = postal.value.replace(/\s/g, "");
  if (!/^\d{5}$/.test(code) || (country?.value && country.value !== "FR")) return;
  const url = new URL(ADDRESS);
  url.searchParams.set("postal_code", code);
  const answer = await request(url.href).catch(() => null);
  if (!answer?.ok || postal.value.replace(/\s/g, "") !== code) return;
  const { results } = await answer.json();
  offer(city, results);
  if (city.value.trim() === "" && results.length === 1) city.value = results[0].label;
  commune.value = known(city) || commune.value;
}

document.addEventListener("input", ({ target }) => {
  const address = target.form && target.name ? fields(target) : null;
  if (!address) return;
  if (target === address.postal) onPostalCode(address);
  else if (target === address.city) address.commune.value = known(address.city);
});
