import i18next, { type BackendModule, type ResourceKey } from "i18next";
import { initReactI18next } from "react-i18next";

export const languages = ["zh-CN", "en"] as const;
export type Language = (typeof languages)[number];
const KEY = "lb.language";

const files = import.meta.glob<{ default: ResourceKey }>("./*/*.json");
/** One file a language and area, loaded when a page first asks for it. */
const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = files[`./${language}/${namespace}.json`];
    if (!load) return done(new Error(`no texts ${language}/${namespace}`), false);
    load().then(
      (module) => done(null, module.default),
      (error: Error) => done(error, false),
    );
  },
};

const stored = (): Language => (localStorage.getItem(KEY) === "en" ? "en" : "zh-CN");

export async function startI18n(): Promise<void> {
  document.documentElement.lang = stored();
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: stored(),
      fallbackLng: false,
      supportedLngs: languages,
      load: "currentOnly",
      ns: ["common"],
      defaultNS: "common",
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
      returnNull: false,
    });
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export const currentLanguage = (): Language => (i18next.language === "en" ? "en" : "zh-CN");
