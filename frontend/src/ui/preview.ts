import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useNavigate } from "react-router";
import { onPreview, previewedRole, previewRole, type PreviewedRole } from "@/api/preview";

export const usePreviewedRole = (): PreviewedRole | null => useSyncExternalStore(onPreview, previewedRole);

/** Sees everything as a role, or as oneself again (null): nothing that was read before stays. */
export function useSeeAs(): (role: PreviewedRole | null, path: string) => void {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return (role, path) => {
    cache.clear();
    previewRole(role);
    void navigate(path);
  };
}
