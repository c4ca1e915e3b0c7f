import type { ComponentType, HTMLAttributes } from "react";
import {
  ApartmentOutlined as ApartmentOutlinedIcon,
  ApiOutlined as ApiOutlinedIcon,
  AppstoreOutlined as AppstoreOutlinedIcon,
  ArrowDownOutlined as ArrowDownOutlinedIcon,
  ArrowUpOutlined as ArrowUpOutlinedIcon,
  AuditOutlined as AuditOutlinedIcon,
  BankOutlined as BankOutlinedIcon,
  BarChartOutlined as BarChartOutlinedIcon,
  BellOutlined as BellOutlinedIcon,
  BranchesOutlined as BranchesOutlinedIcon,
  CalculatorOutlined as CalculatorOutlinedIcon,
  CalendarOutlined as CalendarOutlinedIcon,
  CheckOutlined as CheckOutlinedIcon,
  ClockCircleOutlined as ClockCircleOutlinedIcon,
  CloseOutlined as CloseOutlinedIcon,
  CopyOutlined as CopyOutlinedIcon,
  DeleteOutlined as DeleteOutlinedIcon,
  DisconnectOutlined as DisconnectOutlinedIcon,
  DownOutlined as DownOutlinedIcon,
  EditOutlined as EditOutlinedIcon,
  ExclamationCircleOutlined as ExclamationCircleOutlinedIcon,
  EyeOutlined as EyeOutlinedIcon,
  FileTextOutlined as FileTextOutlinedIcon,
  FilterOutlined as FilterOutlinedIcon,
  FunnelPlotOutlined as FunnelPlotOutlinedIcon,
  HolderOutlined as HolderOutlinedIcon,
  IdcardOutlined as IdcardOutlinedIcon,
  InboxOutlined as InboxOutlinedIcon,
  KeyOutlined as KeyOutlinedIcon,
  LeftOutlined as LeftOutlinedIcon,
  LoadingOutlined as LoadingOutlinedIcon,
  LockOutlined as LockOutlinedIcon,
  LoginOutlined as LoginOutlinedIcon,
  MenuFoldOutlined as MenuFoldOutlinedIcon,
  MenuUnfoldOutlined as MenuUnfoldOutlinedIcon,
  MinusCircleOutlined as MinusCircleOutlinedIcon,
  MinusOutlined as MinusOutlinedIcon,
  MoneyCollectOutlined as MoneyCollectOutlinedIcon,
  MoreOutlined as MoreOutlinedIcon,
  PhoneOutlined as PhoneOutlinedIcon,
  PlusOutlined as PlusOutlinedIcon,
  ProductOutlined as ProductOutlinedIcon,
  ProjectOutlined as ProjectOutlinedIcon,
  QuestionCircleOutlined as QuestionCircleOutlinedIcon,
  ReloadOutlined as ReloadOutlinedIcon,
  RightOutlined as RightOutlinedIcon,
  RollbackOutlined as RollbackOutlinedIcon,
  SafetyOutlined as SafetyOutlinedIcon,
  SearchOutlined as SearchOutlinedIcon,
  SwapOutlined as SwapOutlinedIcon,
  TeamOutlined as TeamOutlinedIcon,
  UpOutlined as UpOutlinedIcon,
  UserOutlined as UserOutlinedIcon,
  UserSwitchOutlined as UserSwitchOutlinedIcon,
} from "@ant-design/icons";

type IconProps = HTMLAttributes<HTMLSpanElement> & { spin?: boolean };
/** antd's icons name themselves in English to screen readers; ours are silent, the button or word beside them speaks. */
const silent = (Icon: ComponentType<IconProps>) =>
  function SilentIcon(props: IconProps) {
    return <Icon aria-hidden {...props} />;
  };

export const ApiOutlined = /* @__PURE__ */ silent(ApiOutlinedIcon as ComponentType<IconProps>);
export const AppstoreOutlined = /* @__PURE__ */ silent(AppstoreOutlinedIcon as ComponentType<IconProps>);
export const ArrowDownOutlined = /* @__PURE__ */ silent(ArrowDownOutlinedIcon as ComponentType<IconProps>);
export const ArrowUpOutlined = /* @__PURE__ */ silent(ArrowUpOutlinedIcon as ComponentType<IconProps>);
export const BellOutlined = /* @__PURE__ */ silent(BellOutlinedIcon as ComponentType<IconProps>);
export const CalendarOutlined = /* @__PURE__ */ silent(CalendarOutlinedIcon as ComponentType<IconProps>);
export const CheckOutlined = /* @__PURE__ */ silent(CheckOutlinedIcon as ComponentType<IconProps>);
export const ClockCircleOutlined = /* @__PURE__ */ silent(ClockCircleOutlinedIcon as ComponentType<IconProps>);
export const CloseOutlined = /* @__PURE__ */ silent(CloseOutlinedIcon as ComponentType<IconProps>);
export const CopyOutlined = /* @__PURE__ */ silent(CopyOutlinedIcon as ComponentType<IconProps>);
export const DisconnectOutlined = /* @__PURE__ */ silent(DisconnectOutlinedIcon as ComponentType<IconProps>);
export const DownOutlined = /* @__PURE__ */ silent(DownOutlinedIcon as ComponentType<IconProps>);
export const EditOutlined = /* @__PURE__ */ silent(EditOutlinedIcon as ComponentType<IconProps>);
export const ExclamationCircleOutlined = /* @__PURE__ */ silent(ExclamationCircleOutlinedIcon as ComponentType<IconProps>);
export const EyeOutlined = /* @__PURE__ */ silent(EyeOutlinedIcon as ComponentType<IconProps>);
export const FilterOutlined = /* @__PURE__ */ silent(FilterOutlinedIcon as ComponentType<IconProps>);
export const InboxOutlined = /* @__PURE__ */ silent(InboxOutlinedIcon as ComponentType<IconProps>);
export const LeftOutlined = /* @__PURE__ */ silent(LeftOutlinedIcon as ComponentType<IconProps>);
export const LoadingOutlined = /* @__PURE__ */ silent(LoadingOutlinedIcon as ComponentType<IconProps>);
export const MenuFoldOutlined = /* @__PURE__ */ silent(MenuFoldOutlinedIcon as ComponentType<IconProps>);
export const MenuUnfoldOutlined = /* @__PURE__ */ silent(MenuUnfoldOutlinedIcon as ComponentType<IconProps>);
export const MinusCircleOutlined = /* @__PURE__ */ silent(MinusCircleOutlinedIcon as ComponentType<IconProps>);
export const MinusOutlined = /* @__PURE__ */ silent(MinusOutlinedIcon as ComponentType<IconProps>);
export const PhoneOutlined = /* @__PURE__ */ silent(PhoneOutlinedIcon as ComponentType<IconProps>);
export const PlusOutlined = /* @__PURE__ */ silent(PlusOutlinedIcon as ComponentType<IconProps>);
export const QuestionCircleOutlined = /* @__PURE__ */ silent(QuestionCircleOutlinedIcon as ComponentType<IconProps>);
export const ReloadOutlined = /* @__PURE__ */ silent(ReloadOutlinedIcon as ComponentType<IconProps>);
export const RightOutlined = /* @__PURE__ */ silent(RightOutlinedIcon as ComponentType<IconProps>);
export const RollbackOutlined = /* @__PURE__ */ silent(RollbackOutlinedIcon as ComponentType<IconProps>);
export const SwapOutlined = /* @__PURE__ */ silent(SwapOutlinedIcon as ComponentType<IconProps>);
export const SearchOutlined = /* @__PURE__ */ silent(SearchOutlinedIcon as ComponentType<IconProps>);
export const TeamOutlined = /* @__PURE__ */ silent(TeamOutlinedIcon as ComponentType<IconProps>);
export const UpOutlined = /* @__PURE__ */ silent(UpOutlinedIcon as ComponentType<IconProps>);
export const UserOutlined = /* @__PURE__ */ silent(UserOutlinedIcon as ComponentType<IconProps>);
export const UserSwitchOutlined = /* @__PURE__ */ silent(UserSwitchOutlinedIcon as ComponentType<IconProps>);
export const BankOutlined = /* @__PURE__ */ silent(BankOutlinedIcon as ComponentType<IconProps>);
export const BarChartOutlined = /* @__PURE__ */ silent(BarChartOutlinedIcon as ComponentType<IconProps>);
export const BranchesOutlined = /* @__PURE__ */ silent(BranchesOutlinedIcon as ComponentType<IconProps>);
export const CalculatorOutlined = /* @__PURE__ */ silent(CalculatorOutlinedIcon as ComponentType<IconProps>);
export const FileTextOutlined = /* @__PURE__ */ silent(FileTextOutlinedIcon as ComponentType<IconProps>);
export const FunnelPlotOutlined = /* @__PURE__ */ silent(FunnelPlotOutlinedIcon as ComponentType<IconProps>);
export const MoneyCollectOutlined = /* @__PURE__ */ silent(MoneyCollectOutlinedIcon as ComponentType<IconProps>);
export const ProductOutlined = /* @__PURE__ */ silent(ProductOutlinedIcon as ComponentType<IconProps>);
export const ProjectOutlined = /* @__PURE__ */ silent(ProjectOutlinedIcon as ComponentType<IconProps>);
export const DeleteOutlined = /* @__PURE__ */ silent(DeleteOutlinedIcon as ComponentType<IconProps>);
export const HolderOutlined = /* @__PURE__ */ silent(HolderOutlinedIcon as ComponentType<IconProps>);
export const MoreOutlined = /* @__PURE__ */ silent(MoreOutlinedIcon as ComponentType<IconProps>);
export const ApartmentOutlined = /* @__PURE__ */ silent(ApartmentOutlinedIcon as ComponentType<IconProps>);
export const AuditOutlined = /* @__PURE__ */ silent(AuditOutlinedIcon as ComponentType<IconProps>);
export const IdcardOutlined = /* @__PURE__ */ silent(IdcardOutlinedIcon as ComponentType<IconProps>);
export const KeyOutlined = /* @__PURE__ */ silent(KeyOutlinedIcon as ComponentType<IconProps>);
export const LoginOutlined = /* @__PURE__ */ silent(LoginOutlinedIcon as ComponentType<IconProps>);
export const SafetyOutlined = /* @__PURE__ */ silent(SafetyOutlinedIcon as ComponentType<IconProps>);
export const LockOutlined = /* @__PURE__ */ silent(LockOutlinedIcon as ComponentType<IconProps>);
