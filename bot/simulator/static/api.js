// The one way to the simulator's control routes.

export const config = JSON.parse(document.getElementById("config").textContent);

const headers = config.token ? { Authorization: `Bearer ${config.token}` } : {};

async function request(path, options) {
  const response = await fetch(`/__sim__/${path}`, { ...options, headers: { ...headers, ...options.headers } });
  const data = await response.json();
  if (!response.ok) throw new Error(data.error || `HTTP ${response.status}`);
  return data;
}

export const get = (path) => request(path, {});

export function post(path, data) {
  const form = data instanceof FormData;
  return request(path, {
    method: "POST",
    body: form ? data : JSON.stringify(data),
    headers: form ? {} : { "Content-Type": "application/json" },
  });
}

export const mediaUrl = (id) => `/__sim__/media/${encodeURIComponent(id)}`;
